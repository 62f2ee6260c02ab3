import { useState } from "react";

interface Props {
  title: string;
  onClose(): void;
}

export function Panel({ title, onClose }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <section className="panel" onClick={() => setOpen(!open)}>
      <h2>{title}</h2>
    </section>
  );
}
