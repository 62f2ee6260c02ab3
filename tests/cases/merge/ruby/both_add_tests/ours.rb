describe Basket do
  it "is empty" do
    expect(basket.count).to eq 0
  end

  it "has an owner" do
    expect(basket.owner).to be
  end
end
