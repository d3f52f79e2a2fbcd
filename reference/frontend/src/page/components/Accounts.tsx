import type { Account, Session } from "../api";
import { formatNumber } from "../format";
import { Panel, Placeholder } from "./Panel";

interface AccountsProps {
  readonly session: Session | null | undefined;
  readonly accounts: readonly Account[] | undefined;
}

/** The accounts of the signed-in user. */
export function Accounts({ session, accounts }: AccountsProps) {
  return (
    <Panel title="Accounts" note={session?.username} className="accounts">
      {session && accounts?.length ? (
        <ul>
          {accounts.map((account) => (
            <li key={account.id} data-testid="account-row" data-account-id={account.id}>
              <span className="account-name">
                {account.account_name}
                <small>
                  {account.broker} · {account.account_number}
                </small>
              </span>
              <span className="balance" data-testid="account-balance">
                {formatNumber(account.balance, 2)} <small>{account.currency}</small>
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <Placeholder>{explain(session, accounts)}</Placeholder>
      )}
    </Panel>
  );
}

function explain(session: AccountsProps["session"], accounts: AccountsProps["accounts"]): string {
  if (session === null) return "Sign in to see your accounts. A new name opens a demo account.";
  return session && accounts ? "You have no accounts." : "Loading accounts…";
}
