export interface Item {
  name: string;
}

<<<<<<< ours
export interface Basket {
  items: Item[];
}
=======
export type Basket = Map<string, Item>;
>>>>>>> theirs

export function show(item: Item): void {
  console.log(item.name);
}

export class Shop {
  items: Item[] = [];
}
