namespace EmailAuth.AuthResults;

/// <summary>propspec of RFC 8601 §2.2: one property of the message that a method evaluated, such as <c>smtp.mailfrom=example.com</c>.</summary>
/// <param name="Type">The ptype: <c>smtp</c>, <c>header</c>, <c>body</c> or <c>policy</c> (RFC 8601 §2.3). What is not known must not be acted on.</param>
/// <param name="Name">The property, such as <c>mailfrom</c> or <c>d</c>.</param>
/// <param name="Value">The value without quotes and escapes. It may come from anyone: it is data, never syntax.</param>
public sealed record AuthenticationResultsProperty(string Type, string Name, string Value);
