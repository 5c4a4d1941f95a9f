using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Message;

namespace EmailAuth.Tests.LookAhead;

/// <summary>A verdict with every public member of it, and of what those hold, as text to compare.</summary>
internal static class VerdictText
{
    private const int Deepest = 16;

    private static readonly string[] Other = [nameof(VerificationResult.DnsQueriesAhead), nameof(VerificationResult.DnsQueriesNotNeeded)];

    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Properties = new();

    public static string Of(VerificationResult result)
    {
        var text = new StringBuilder();
        Write(text, "", result, 0);
        text.Append(result.ToAuthenticationResults("mx.example.net").Value).Append('\n').Append(result.ToReceivedSpf("mx.example.net").Value);
        return text.ToString();
    }

    private static void Write(StringBuilder text, string name, object? value, int depth)
    {
        switch (value)
        {
            case null:
                text.Append(name).Append("=null\n");
                break;
            case string or DomainName or IPAddress or Enum or IFormattable or bool or SmtpSession or HeaderField or Exception:
                text.Append(name).Append('=').Append(CultureInfo.InvariantCulture, $"{value}").Append('\n');
                break;
            case ReadOnlyMemory<byte> octets:
                text.Append(name).Append('=').Append(Convert.ToHexString(octets.Span)).Append('\n');
                break;
            case IEnumerable items:
                var index = 0;
                foreach (var item in items)
                    Write(text, $"{name}[{index++}]", item, depth + 1);
                text.Append(name).Append('#').Append(index).Append('\n');
                break;
            default:
                Assert.That(depth, Is.LessThan(Deepest), $"{name} is deeper than expected.");
                foreach (var property in Properties.GetOrAdd(value.GetType(), static type =>
                    [.. type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property => property.GetIndexParameters().Length == 0 && !property.PropertyType.IsByRefLike && !Other.Contains(property.Name))]))
                {
                    Write(text, $"{name}.{property.Name}", property.GetValue(value), depth + 1);
                }
                break;
        }
    }
}
