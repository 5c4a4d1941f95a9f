using System.Text;
using EmailAuth.Signatures;

namespace EmailAuth.Tests.Signatures;

[Rfc(6376, "3.4.2")]
[Rfc(6376, "3.4.4")]
public class WhiteSpaceScanTests
{
    /// <summary>What the scans say of themselves, octet by octet.</summary>
    private static int Reference(string text, bool isField)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var next = i + 1 < text.Length ? text[i + 1] : 'x';
            if (text[i] == '\t' || (text[i] == ' ' && next is ' ' or '\t' or '\r') || (isField && text[i] == '\r'))
                return i;
        }
        return -1;
    }

    [Test]
    public void A_change_is_found_wherever_it_stands_between_the_vectors([Values("\t", "  ", " \t", " \r", "\r", " \r\n ", "\t ", " ", "\n", "\0 \t")] string change, [Values("a", "a b ")] string filler)
    {
        for (var length = 0; length <= 200; length++)
        {
            var text = new StringBuilder(length);
            while (text.Length < length)
                text.Append(filler);
            text.Length = length;
            if (length > 0)
                text[length - 1] = 'c';
            for (var at = 0; at <= length; at++)
            {
                var with = text.ToString(0, at) + change + text.ToString(at, length - at);
                var octets = Encoding.Latin1.GetBytes(with);
                if (WhiteSpaceScan.IndexOfChangeInBody(octets) != Reference(with, isField: false) || WhiteSpaceScan.IndexOfChangeInField(octets) != Reference(with, isField: true))
                    Assert.Fail($"in {length} octets with the change at {at}");
            }
        }
    }
}
