"""What is kept: tables, connections and one module of queries per noun. SQLAlchemy Core throughout."""
