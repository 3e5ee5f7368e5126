"""The engine for sections, pure Python: it knows no Flask and no SQLAlchemy."""
