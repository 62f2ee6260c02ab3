# frozen_string_literal: true

require "json"
require_relative "item"

module Shop
  class Basket
    LIMIT = 100

    attr_reader :count

    def initialize(owner)
      @owner = owner
      @count = 0
    end

    def add(item, amount: 1)
      check(item)
      if amount.zero?
        warn "nothing"
      else
        @count += amount
      end
    end

    private

    def check(item)
      raise ArgumentError unless item
    end
  end
end
