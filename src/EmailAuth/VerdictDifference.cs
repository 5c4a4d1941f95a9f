namespace EmailAuth;

/// <summary>A member in which two verdicts differ.</summary>
/// <param name="Member">Which one, such as <c>dkim[0].status</c> or <c>dmarc.disposition</c>.</param>
/// <param name="Before">Its value in the first verdict; null where it has none.</param>
/// <param name="Now">Its value in the second verdict; null where it has none.</param>
public sealed record VerdictDifference(string Member, string? Before, string? Now)
{
    /// <summary>For people.</summary>
    public override string ToString() => $"{Member}: {Before ?? "(nothing)"} before, {Now ?? "(nothing)"} now";
}
