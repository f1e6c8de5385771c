// Money and tokens for people. Workers report what programs tell them, in US dollars.

/** Millionths of a dollar: "$0", "$0.0042", "$1.30", "$1,204". Small sums keep two digits that say something. */
export function money(micros: number): string {
  const value = micros / 1e6;
  if (value === 0) return '$0';
  if (value >= 100) return `$${Math.round(value).toLocaleString('en')}`;
  if (value >= 0.1) return `$${value.toFixed(2)}`;
  const digits = Math.min(6, 1 - Math.floor(Math.log10(value)));
  return `$${value.toFixed(digits)}`;
}

/** "870", "12.4k", "3.1M". */
export function tokens(count: number): string {
  if (count < 1_000) return String(count);
  if (count < 1_000_000) return `${trim(count / 1_000)}k`;
  return `${trim(count / 1_000_000)}M`;
}

const trim = (value: number): string =>
  value >= 100 ? String(Math.floor(value)) : (Math.floor(value * 10) / 10).toString();

/** "12.4k tokens, $0.021"; empty if nothing was spent. */
export function spent(spend: { tokens?: number; micros?: number } | undefined): string {
  const parts = [spend?.tokens ? `${tokens(spend.tokens)} tokens` : '', spend?.micros ? money(spend.micros) : ''];
  return parts.filter(Boolean).join(', ');
}
