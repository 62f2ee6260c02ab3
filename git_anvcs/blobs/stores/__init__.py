"""The stores, one module each behind the Protocol of `blobs/store.py`."""
