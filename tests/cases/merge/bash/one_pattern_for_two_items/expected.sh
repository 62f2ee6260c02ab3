case $x in
  a) echo one ;;
<<<<<<< ours
  d) echo x ;;
  b) echo two ;;
  c) echo three ;;
=======
  b) echo two ;;
  c) echo three ;;
  d) echo y ;;
>>>>>>> theirs
esac
