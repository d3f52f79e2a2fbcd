import { Accounts } from "./components/Accounts";
import { Activity } from "./components/Activity";
import { Header } from "./components/Header";
import { Pairs } from "./components/Pairs";
import { Services } from "./components/Services";
import { Signals } from "./components/Signals";
import { Trades } from "./components/Trades";
import { usePlatform } from "./platform";

/** The dashboard. */
export function App() {
  const platform = usePlatform();
  return (
    <div className="page" data-connection={platform.connection}>
      <Header connection={platform.connection} session={platform.session} />
      <main className="dashboard">
        <div className="column">
          <Pairs pairs={platform.pairs} candles={platform.candles} />
          <Accounts session={platform.session} accounts={platform.accounts} />
          <Activity signals={platform.signals} trades={platform.trades} />
        </div>
        <Signals signals={platform.signals} />
        <Trades trades={platform.trades} />
      </main>
      <Services health={platform.health} />
    </div>
  );
}
