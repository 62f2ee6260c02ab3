local json = require("json")

local LIMIT = 100

local Basket = {}

local settings = {
  limit = LIMIT,
  "first",
}

function Basket.new(owner)
  local self = { owner = owner, count = 0 }
  check(self)
  return self
end

function Basket:add(item, amount)
  if amount == 0 then
    warn(item)
  else
    self.count = self.count + amount
  end
end

return Basket
