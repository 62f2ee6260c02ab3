class Item
  def initialize(name)
    @name = name
  end

  attr_accessor :price, :size

  def show
    puts @name
  end

  def hide
    @name = nil
  end
end
