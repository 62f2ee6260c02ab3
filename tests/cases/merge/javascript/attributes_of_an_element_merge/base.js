const box = (
  <Box name="a" size={1}>
    {lid}
  </Box>
);
