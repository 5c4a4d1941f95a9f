namespace EmailAuth.Tests;

/// <summary>The section of an RFC that a test is about: <c>dotnet test --filter "Rfc7208=5.2"</c> runs that section's tests.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class RfcAttribute(int number, string section) : PropertyAttribute($"Rfc{number}", section);

/// <summary>The row of the behaviour table (S1, D5, M9 …) that a test pins: <c>--filter "Pin=D5"</c>.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class PinAttribute(string row) : PropertyAttribute("Pin", row);

/// <summary>The row of the attack table (K12, H1 …) that a test plays: <c>--filter "Attack=K12"</c>.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class AttackAttribute(string row) : PropertyAttribute("Attack", row);
