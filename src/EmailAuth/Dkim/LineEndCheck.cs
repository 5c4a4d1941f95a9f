using EmailAuth.Message;

namespace EmailAuth.Dkim;

/// <summary>Hands a body on, and refuses one in which a CR or LF stands alone: it would not arrive as it was signed.</summary>
internal sealed class LineEndCheck(IBodyConsumer next) : IBodyConsumer
{
    private bool _endedInCarriageReturn;

    public void Append(ReadOnlySpan<byte> piece)
    {
        var rest = piece;
        if (_endedInCarriageReturn)
        {
            if (rest[0] != '\n')
                Refuse();
            rest = rest[1..];
        }
        _endedInCarriageReturn = false;
        while (rest.IndexOfAny((byte)'\r', (byte)'\n') is >= 0 and var at)
        {
            if (rest[at] == '\n')
                Refuse();
            if (at + 1 == rest.Length)
            {
                _endedInCarriageReturn = true;
                break;
            }
            if (rest[at + 1] != '\n')
                Refuse();
            rest = rest[(at + 2)..];
        }
        next.Append(piece);
    }

    public void Finish()
    {
        if (_endedInCarriageReturn)
            Refuse();
    }

    private static void Refuse() => throw new DkimSigningException(
        DkimSigningRefusal.BareLineEnd,
        "A CR without LF, or an LF without CR, stands in the body; SMTP servers would change it and so break the signature. Lines must end in CRLF: EmailMessage.NormalizingLineEndings() converts stored mail.");
}
