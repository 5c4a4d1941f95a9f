namespace EmailAuth.Tests.Corpus;

/// <summary>One attack in one of its forms: what comes in, and word for word what must come out.</summary>
/// <param name="Row">The row of the attack table.</param>
/// <param name="Attack">Which attack of the row.</param>
/// <param name="Form">In which form; empty where there is but one.</param>
/// <param name="Run">Plays it and tells the outcome in the words of <paramref name="Expected"/>.</param>
/// <param name="Expected">The outcome: for a message such words as <c>dkim=permerror/Domain dmarc=fail/NoIdentifierAligned/reject</c>.</param>
internal sealed record CorpusVector(string Row, string Attack, string Form, Func<Task<string>> Run, string Expected)
{
    public CorpusVector(string row, string attack, Func<Task<string>> run, string expected)
        : this(row, attack, "", run, expected)
    {
    }

    public override string ToString() => Form.Length == 0 ? $"{Row}: {Attack}" : $"{Row}: {Attack}, {Form}";
}
