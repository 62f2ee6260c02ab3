describe Basket do
  it "is empty" do
    expect(basket.count).to eq 0
  end

  it "has a limit" do
    expect(basket.limit).to eq 100
  end
end
