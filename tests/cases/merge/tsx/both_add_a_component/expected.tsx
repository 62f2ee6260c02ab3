import { useState } from "react";

interface Props {
  title: string;
}

export function Panel({ title }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <section className="panel" onClick={() => setOpen(!open)}>
      <h2>{title}</h2>
    </section>
  );
}

export function Header() {
  return <header />;
}

export function Footer() {
  return <footer />;
}
