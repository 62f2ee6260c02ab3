class Item
  def initialize(name)
    @name = name
  end

  def show
    puts @name
  end

  def hide
    @name = nil
  end

  def price=(value)
    @price = value
  end
end
