namespace EmailAuth.Syntax;

/// <summary>Where a rule stands.</summary>
/// <param name="Section">The section that decides, such as <c>RFC 7208 §4.6.4</c>.</param>
/// <param name="Rows">The decisions of this library that it falls under where the RFCs leave room, by their ids such as <c>S7</c>, with a space between; empty for none.</param>
internal readonly record struct RuleReference(string Section, string Rows = "");
