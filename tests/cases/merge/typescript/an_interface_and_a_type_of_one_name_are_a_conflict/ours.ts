export interface Item {
  name: string;
}

export interface Basket {
  items: Item[];
}

export function show(item: Item): void {
  console.log(item.name);
}

export class Shop {
  items: Item[] = [];
}
