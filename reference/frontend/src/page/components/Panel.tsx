import { type ReactNode, useId } from "react";

interface PanelProps {
  readonly title: string;
  /** What the head of the panel says beside the title. */
  readonly note?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A titled part of the dashboard, which scrolls by itself. */
export function Panel({ title, note, className = "", children }: PanelProps) {
  const id = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={id}>
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        {note && <span className="panel-note">{note}</span>}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard */}
      <div className="panel-body" tabIndex={0}>
        {children}
      </div>
    </section>
  );
}

/** Takes the place of rows that are not there (yet). */
export function Placeholder({ children }: { readonly children: ReactNode }) {
  return <p className="placeholder">{children}</p>;
}
