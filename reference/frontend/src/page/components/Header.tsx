import type { Session } from "../api";
import logo from "../logo.svg";
import type { Connection } from "../platform";
import { LoginForm, SignedIn } from "./User";

const CONNECTIONS: Record<Connection, string> = {
  connecting: "connecting…",
  live: "live",
  reconnecting: "reconnecting…",
};

interface HeaderProps {
  readonly connection: Connection;
  readonly session: Session | null | undefined;
}

/** The name of the platform, whether its data is live, and who looks at it. */
export function Header({ connection, session }: HeaderProps) {
  return (
    <header className="header">
      <h1>
        <img src={logo} alt="" width="28" height="28" />
        GenX <span>FX</span>
      </h1>
      <output
        className={`connection connection-${connection}`}
        data-testid="connection-state"
        data-state={connection}
      >
        {CONNECTIONS[connection]}
      </output>
      <div className="user">
        {session === null && <LoginForm />}
        {session && <SignedIn session={session} />}
      </div>
    </header>
  );
}
