export interface Item {
  name: string;
}

export function show(item: Item): void {
  console.log(item.name);
}

export class Shop {
  items: Item[] = [];
}

export type Basket = Map<string, Item>;
