namespace EmailAuth.Cli.Input;

/// <summary>Finds out how the lines of a message end, piece by piece.</summary>
internal struct LineEnds
{
    private bool _endedInCarriageReturn;

    public bool HasLoneLineFeed { get; private set; }

    public bool HasCarriageReturnLineFeed { get; private set; }

    /// <summary>Every line ends in a lone LF, as Unix programs store mail. A mixture is no such thing.</summary>
    public readonly bool AreUnix => HasLoneLineFeed && !HasCarriageReturnLineFeed;

    public void Append(ReadOnlySpan<byte> piece)
    {
        if (piece.IsEmpty)
            return;
        for (var at = 0; at < piece.Length && !(HasLoneLineFeed && HasCarriageReturnLineFeed); at++)
        {
            var next = piece[at..].IndexOf((byte)'\n');
            if (next < 0)
                break;
            at += next;
            if (at > 0 ? piece[at - 1] == '\r' : _endedInCarriageReturn)
                HasCarriageReturnLineFeed = true;
            else
                HasLoneLineFeed = true;
        }
        _endedInCarriageReturn = piece[^1] == '\r';
    }
}
