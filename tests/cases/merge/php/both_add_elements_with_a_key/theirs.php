<?php

declare(strict_types=1);

namespace Shop;

use Shop\Item;
use Shop\Money\{Coin, Price};

class Basket implements Countable
{
    use Logs;

    private const LIMIT = 100;

    private int $count = 0;

    public function __construct(private string $owner)
    {
    }

    public function add(Item $item, int $amount = 1): void
    {
        $this->check($item);
        $this->count += $amount;
    }

    public function settings(): array
    {
        return [
            'limit' => self::LIMIT,
            'owner' => $this->owner,
            'open' => true,
        ];
    }
}
