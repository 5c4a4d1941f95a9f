namespace BatchAudit.Report;

/// <summary>What a result says to the reader; a colour, always beside its word.</summary>
internal static class Tone
{
    public const string Good = "good";
    public const string Doubtful = "doubtful";
    public const string Bad = "bad";
    public const string Faint = "faint";

    /// <summary>Of one of the RFCs' words.</summary>
    public static string Of(string result) => result switch
    {
        "pass" => Good,
        "fail" or "permerror" or "reject" => Bad,
        "softfail" or "temperror" or "policy" or "quarantine" => Doubtful,
        _ => Faint,
    };

    /// <summary>Where a tone stands in a bar: good first, and what says nothing last.</summary>
    public static int Order(string tone) => tone switch
    {
        Good => 0,
        Doubtful => 1,
        Bad => 2,
        _ => 3,
    };
}
