case x
when 1
  'one'
when 2
  'two'
when 3
  'three'
when 4
  'y'
end
