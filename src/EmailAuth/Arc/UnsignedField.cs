using System.Text;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Arc;

/// <summary>A signature field whose <c>b=</c> is still empty (RFC 6376 §3.7): what stands before that value, and what stands behind it.</summary>
internal sealed class UnsignedField(string name, string before, string behind, bool breaksSignature)
{
    /// <summary>Adds the field as the last of those that it covers, without its CRLF.</summary>
    public void AddTo(ref HeaderHasher hasher)
    {
        var octets = Encoding.UTF8.GetBytes($"{name}: {before}{behind}");
        var signature = octets.Length - Encoding.UTF8.GetByteCount(behind);
        hasher.AddSignatureField(octets, name.Length, name.Length, signature, signature);
    }

    /// <summary>The whole field.</summary>
    public HeaderField Complete(ReadOnlySpan<byte> signature)
    {
        var text = Convert.ToBase64String(signature);
        var field = new FoldedValue($"{name}: {before}");
        // White space in the value of b= does not count (RFC 6376 §3.5), so that it may be broken anywhere.
        if (breaksSignature)
            field.AppendBroken(text);
        var complete = $"{field.ToString()[(name.Length + 2)..]}{(breaksSignature ? "" : text)}{behind}";
        return complete.Length <= SignatureLimits.MaxValueLength
            ? new HeaderField(name, complete)
            : throw new ArcSealingException(ArcSealingRefusal.TooLong, $"The {name} field would have {complete.Length} octets; validators read at most {SignatureLimits.MaxValueLength}.");
    }
}
