import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { login, logout, type Session } from "../api";
import { SESSION_KEY } from "../platform";

/** Sets what the page knows of the session, before a poll under way can say otherwise. */
function useSetSession() {
  const client = useQueryClient();
  return async (session: Session | null): Promise<void> => {
    await client.cancelQueries({ queryKey: SESSION_KEY });
    client.setQueryData(SESSION_KEY, session);
  };
}

export function LoginForm() {
  const setSession = useSetSession();
  const attempt = useMutation({
    mutationFn: (form: FormData) =>
      login(String(form.get("username")), String(form.get("password"))),
    onSuccess: setSession,
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    attempt.mutate(new FormData(event.currentTarget));
  };
  return (
    <form className="login" data-testid="login-form" onSubmit={submit}>
      {attempt.error && (
        <p role="alert" data-testid="login-error">
          {attempt.error.message}
        </p>
      )}
      <input
        name="username"
        aria-label="User name"
        placeholder="User name"
        autoComplete="username"
        maxLength={50}
        required
        data-testid="login-username"
      />
      <input
        name="password"
        type="password"
        aria-label="Password"
        placeholder="Password"
        autoComplete="current-password"
        required
        data-testid="login-password"
      />
      <button type="submit" disabled={attempt.isPending} data-testid="login-submit">
        Sign in
      </button>
    </form>
  );
}

export function SignedIn({ session }: { readonly session: Session }) {
  const setSession = useSetSession();
  const attempt = useMutation({ mutationFn: logout, onSuccess: () => setSession(null) });
  return (
    <>
      {attempt.error && <p role="alert">{attempt.error.message}</p>}
      <span className="avatar" aria-hidden="true">
        {session.username.slice(0, 1).toUpperCase()}
      </span>
      <span className="user-name" data-testid="user-name">
        {session.username}
      </span>
      <button
        type="button"
        className="quiet"
        disabled={attempt.isPending}
        onClick={() => attempt.mutate()}
        data-testid="logout"
      >
        Sign out
      </button>
    </>
  );
}
