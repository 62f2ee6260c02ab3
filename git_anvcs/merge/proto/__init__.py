"""Protocol Buffers: reading `.proto` files, merging fields, what numbers and names must hold."""
