case x
when 1
  'one'
when 4
  'x'
when 2
  'two'
when 3
  'three'
end
