class Item
  def initialize(name)
    @name = name
  end

<<<<<<< ours
  attr_accessor :price, :size
=======
  def price
    1
  end
>>>>>>> theirs

  def show
    puts @name
  end

  def hide
    @name = nil
  end
end
