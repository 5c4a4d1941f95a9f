using System.Buffers;
using EmailAuth.Message;
using EmailAuth.Syntax;

namespace EmailAuth.Signatures;

/// <summary>
/// Canonicalizes a body that comes in pieces, cut anywhere (RFC 6376 §3.4.3, §3.4.4). What is kept between pieces is a count of line ends
/// and two flags, whatever the body holds. Text that does not change is handed on as it lies in the piece.
/// </summary>
/// <remarks>Only CRLF ends a line; a bare CR or LF is an octet like any other (behaviour D13).</remarks>
internal abstract class BodyCanonicalizer(IBodyConsumer output) : IDisposable
{
    /// <summary>Runs at least this long go to the output by themselves, shorter ones are gathered first.</summary>
    private const int LongRun = 1024;

    /// <summary>A canonical body of that length is gathered as a whole.</summary>
    private const int RoomToGather = LongRun * 8;

    private static readonly byte[] LineEnds = CreateLineEnds();

    private byte[]? _gathered;
    private int _gatheredLength;
    private bool _hasOutput;

    public static BodyCanonicalizer Create(CanonicalizationAlgorithm algorithm, IBodyConsumer output) => algorithm switch
    {
        CanonicalizationAlgorithm.Simple => new SimpleBodyCanonicalizer(output),
        CanonicalizationAlgorithm.Relaxed => new RelaxedBodyCanonicalizer(output),
    };

    /// <summary>The octets of the canonical body so far, or all of them after <see cref="Finish"/>.</summary>
    public long Length { get; private set; }

    public abstract void Append(ReadOnlySpan<byte> piece);

    /// <summary>Ends the body: nothing may be appended any more.</summary>
    /// <returns>The last octets of the canonical body, which do not go to the output; all of them where nothing went there before. Valid until disposal.</returns>
    public ReadOnlySpan<byte> Finish()
    {
        FinishBody();
        return _gathered.AsSpan(0, _gatheredLength);
    }

    protected abstract void FinishBody();

    /// <summary>Line ends that may yet turn out to be the last of the body, where empty lines do not count.</summary>
    protected long PendingLineEnds { get; set; }

    /// <summary>The CR of what may become a CRLF.</summary>
    protected bool PendingCarriageReturn { get; set; }

    protected void EmitPendingLineEnds()
    {
        for (; PendingLineEnds > 0; PendingLineEnds -= LineEnds.Length / 2)
            Emit(LineEnds.AsSpan(0, (int)Math.Min(LineEnds.Length, PendingLineEnds * 2)));
        PendingLineEnds = 0;
    }

    protected void Emit(ReadOnlySpan<byte> octets)
    {
        Length += octets.Length;
        var fits = octets.Length <= RoomToGather - _gatheredLength;
        if (octets.Length >= LongRun && (_hasOutput || !fits))
        {
            Flush();
            Output(octets);
            return;
        }
        if (!fits)
            Flush();
        _gathered ??= ArrayPool<byte>.Shared.Rent(RoomToGather);
        octets.CopyTo(_gathered.AsSpan(_gatheredLength));
        _gatheredLength += octets.Length;
    }

    private void Flush()
    {
        if (_gatheredLength > 0)
            Output(_gathered.AsSpan(0, _gatheredLength));
        _gatheredLength = 0;
    }

    private void Output(ReadOnlySpan<byte> octets)
    {
        _hasOutput = true;
        output.Append(octets);
    }

    public void Dispose()
    {
        if (_gathered is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
        _gathered = null;
    }

    private static byte[] CreateLineEnds()
    {
        var octets = new byte[512];
        for (var i = 0; i < octets.Length; i += 2)
            "\r\n"u8.CopyTo(octets.AsSpan(i));
        return octets;
    }
}

/// <summary>RFC 6376 §3.4.3: empty lines at the end become one CRLF; nothing else changes.</summary>
internal sealed class SimpleBodyCanonicalizer(IBodyConsumer output) : BodyCanonicalizer(output)
{
    public override void Append(ReadOnlySpan<byte> piece)
    {
        if (PendingLineEnds > 0 || PendingCarriageReturn)
            piece = Resume(piece);
        if (piece.IsEmpty)
            return;

        var end = piece.Length;
        if (piece[end - 1] == '\r')
        {
            PendingCarriageReturn = true;
            end--;
        }
        while (end >= 2 && piece[end - 1] == '\n' && piece[end - 2] == '\r')
        {
            PendingLineEnds++;
            end -= 2;
        }
        if (end > 0)
            Emit(piece[..end]);
    }

    /// <summary>Goes on with what is pending, up to the first octet that is no part of a line end.</summary>
    private ReadOnlySpan<byte> Resume(ReadOnlySpan<byte> piece)
    {
        for (var at = 0; at < piece.Length; at++)
        {
            if (PendingCarriageReturn && piece[at] == '\n')
            {
                PendingCarriageReturn = false;
                PendingLineEnds++;
                continue;
            }
            if (!PendingCarriageReturn && piece[at] == '\r')
            {
                PendingCarriageReturn = true;
                continue;
            }
            EmitPendingLineEnds();
            if (PendingCarriageReturn)
                Emit("\r"u8);
            PendingCarriageReturn = false;
            return piece[at..];
        }
        return default;
    }

    protected override void FinishBody()
    {
        if (PendingCarriageReturn)
        {
            EmitPendingLineEnds();
            Emit("\r"u8);
        }
        // One CRLF stands for all at the end, for one that is missing, and for an empty body.
        Emit("\r\n"u8);
    }
}

/// <summary>
/// RFC 6376 §3.4.4: white space at the end of a line goes, within a line it becomes one SP, empty lines at the end go;
/// a body that is not empty ends in CRLF.
/// </summary>
internal sealed class RelaxedBodyCanonicalizer(IBodyConsumer output) : BodyCanonicalizer(output)
{
    private bool _pendingSpace;

    public override void Append(ReadOnlySpan<byte> piece)
    {
        if (PendingLineEnds > 0 || PendingCarriageReturn || _pendingSpace)
            piece = Resume(piece);
        if (piece.IsEmpty)
            return;

        // What the piece ends with may be the end of a line, or of the body.
        var text = piece[..(piece.LastIndexOfAnyExcept(" \t\r\n"u8) + 1)];
        var tail = piece[text.Length..];
        EmitText(text);
        while (!tail.IsEmpty)
        {
            // A bare LF or CR is text, so the tail may hold text after all.
            tail = Resume(tail);
            if (tail.IsEmpty)
                break;
            Emit(tail[..1]);
            tail = tail[1..];
        }
    }

    /// <summary>Text whose last octet is neither white space nor part of a line end.</summary>
    private void EmitText(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            var at = WhiteSpaceScan.IndexOfChangeInBody(text);
            if (at < 0)
                break;
            var behind = at + RunLength(text[at..]);
            var isAtLineEnd = text[behind] == '\r' && text[behind + 1] == '\n';
            // The first SP of a run may stay where it is.
            var kept = !isAtLineEnd && text[at] == ' ' ? at + 1 : at;
            if (kept > 0)
                Emit(text[..kept]);
            if (!isAtLineEnd && kept == at)
                Emit(" "u8);
            text = text[behind..];
        }
        if (!text.IsEmpty)
            Emit(text);
    }

    /// <summary>The length of a run of white space, which is nearly always one or two octets.</summary>
    private static int RunLength(ReadOnlySpan<byte> text)
    {
        for (var i = 1; i < 4; i++)
        {
            if (!Octets.IsWsp(text[i]))
                return i;
        }
        return text.IndexOfAnyExcept((byte)' ', (byte)'\t');
    }

    /// <summary>Goes on with what is pending, up to the first octet of text, which it leaves for the caller.</summary>
    private ReadOnlySpan<byte> Resume(ReadOnlySpan<byte> piece)
    {
        var at = 0;
        while (at < piece.Length)
        {
            var octet = piece[at];
            if (PendingCarriageReturn)
            {
                PendingCarriageReturn = false;
                if (octet == '\n')
                {
                    _pendingSpace = false;
                    PendingLineEnds++;
                    at++;
                    continue;
                }
                EmitPending();
                Emit("\r"u8);
            }
            if (octet == '\r')
            {
                PendingCarriageReturn = true;
                at++;
            }
            else if (Octets.IsWsp(octet))
            {
                _pendingSpace = true;
                var run = piece[at..].IndexOfAnyExcept((byte)' ', (byte)'\t');
                at = run < 0 ? piece.Length : at + run;
            }
            else
            {
                EmitPending();
                return piece[at..];
            }
        }
        return default;
    }

    private void EmitPending()
    {
        EmitPendingLineEnds();
        if (_pendingSpace)
            Emit(" "u8);
        _pendingSpace = false;
    }

    protected override void FinishBody()
    {
        if (PendingCarriageReturn)
        {
            EmitPending();
            Emit("\r"u8);
        }
        // Whether it was there or not: a last line without CRLF gets one. White space that no text follows ends its line, too.
        if (Length > 0)
            Emit("\r\n"u8);
    }
}
