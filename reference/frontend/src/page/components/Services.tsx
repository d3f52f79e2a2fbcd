import type { Health } from "../api";

/** What the API last said of itself and of what it depends on; null while it is away. */
export function Services({ health }: { readonly health: Health | null | undefined }) {
  return (
    <footer className="services" data-testid="services">
      {health === null && <span>The API is away. What you see is the last that it said.</span>}
      {health && (
        <>
          <Service name="API" state={health.status} />
          <Service name="MySQL" state={health.mysql} />
          <Service name="Redis" state={health.redis} />
          <span className="instance">
            answered by <code data-testid="api-instance">{health.instance}</code>
          </span>
        </>
      )}
    </footer>
  );
}

function Service({ name, state }: { readonly name: string; readonly state: string }) {
  const isWell = state === "ok";
  return (
    <span className={isWell ? "service ok" : "service"}>
      {name} <span className={isWell ? "visually-hidden" : ""}>{state}</span>
    </span>
  );
}
