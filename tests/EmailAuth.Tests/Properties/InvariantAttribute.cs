namespace EmailAuth.Tests.Properties;

/// <summary>The id of the property that a test samples, as the table of tests/README.md lists it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class InvariantAttribute(string id) : PropertyAttribute("Invariant", id);
