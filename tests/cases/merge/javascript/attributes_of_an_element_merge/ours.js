const box = (
  <Box name="b" size={1}>
    {lid}
  </Box>
);
