describe Basket do
  it "is empty" do
    expect(basket.count).to eq 0
  end
end
