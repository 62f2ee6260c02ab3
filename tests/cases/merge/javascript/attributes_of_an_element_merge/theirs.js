const box = (
  <Box name="a" size={2}>
    {lid}
  </Box>
);
