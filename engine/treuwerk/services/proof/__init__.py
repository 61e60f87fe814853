"""The books are proven: laws, digests, the chain and its anchors."""
