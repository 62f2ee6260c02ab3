case $x in
  a) echo one ;;
  d) echo x ;;
  b) echo two ;;
  c) echo three ;;
esac
