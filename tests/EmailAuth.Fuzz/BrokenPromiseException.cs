namespace EmailAuth.Fuzz;

/// <summary>The library returned, but what it returned breaks a promise.</summary>
internal sealed class BrokenPromiseException(string message) : Exception(message);
