/**
 * What is wrong with a value, without the value: graphql-js and the scalars repeat what they refuse, but it may be a
 * secret, and answers end up in logs. `reason` is the message of the error behind `message`, or the same.
 */
export function messageWithoutValue(message: string, reason: string): string {
  const variable = /^Variable "\$\w+" got invalid value /.exec(message)?.[0];
  if (variable === undefined || !message.endsWith(`; ${reason}`)) return withoutValue(message);
  // The value is printed between the two, and ends with a quote only when it is a text, whose own quotes are escaped.
  const path = / at "[\w.[\]]+"$/.exec(message.slice(0, -`; ${reason}`.length))?.[0] ?? "";
  return `${variable.replace("got invalid value ", "got an invalid value")}${path}: ${withoutValue(reason)}`;
}

function withoutValue(message: string): string {
  const [, ofEnum] = /(?:^Enum| does not exist in) "(\w+)"/.exec(message) ?? [];
  if (ofEnum !== undefined) return `Expected a value of the enum "${ofEnum}".`;
  const [, expected, scalar] =
    /^Expected value of type "([^"]+)", found |^(?:Expected type "\w+"\. )?(\w+) cannot /.exec(message) ?? [];
  return (expected ?? scalar) ? `Expected a value of type "${expected ?? scalar}".` : message;
}
