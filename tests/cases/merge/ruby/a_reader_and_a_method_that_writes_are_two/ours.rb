class Item
  def initialize(name)
    @name = name
  end

  attr_reader :price

  def show
    puts @name
  end

  def hide
    @name = nil
  end
end
