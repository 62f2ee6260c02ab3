case x
when 1
  'one'
<<<<<<< ours
when 4
  'x'
when 2
  'two'
when 3
  'three'
=======
when 2
  'two'
when 3
  'three'
when 4
  'y'
>>>>>>> theirs
end
