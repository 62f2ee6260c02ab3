x = call(
    first,
    other,
)
