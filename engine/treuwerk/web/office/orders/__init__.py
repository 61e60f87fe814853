"""The order desk: orders of rewards as the service centre lists them, looks at them and works on them."""
