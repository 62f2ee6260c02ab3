const box = (
  <Box name="b" size={2}>
    {lid}
  </Box>
);
