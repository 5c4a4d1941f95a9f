using System.Text;
using MimeKit.Cryptography;

namespace EmailAuth.Conformance.Peers;

/// <summary>MimeKit reads what we write, and finds the same values in it.</summary>
public class AuthresMimeKitTests
{
    [Test]
    public void MimeKit_reads_what_we_write()
    {
        foreach (var sample in AuthresPeerTests.Samples())
        {
            var field = sample.ToHeaderField();
            Assert.That(AuthenticationResults.TryParse(field.RawValue.ToArray(), out var theirs), Is.True, sample.ToString());
            Assert.That(EmailAuth.AuthResults.AuthenticationResults.TryRead(field, out var ours, out _), Is.True);
            Assert.That(theirs!.AuthenticationServiceIdentifier, Is.EqualTo(ours!.AuthservId));
            Assert.That(Show(theirs!), Is.EqualTo(Show(ours)), Encoding.UTF8.GetString(field.RawOctets.Span));
        }
    }

    private static string Show(EmailAuth.AuthResults.AuthenticationResults results) => string.Concat(results.Results.Select(result =>
        $"{result.Method}={result.Result} [{result.Reason}]{string.Concat(result.Properties.Select(property => $" {property.Type}.{property.Name}={property.Value}"))}\n"));

    private static string Show(AuthenticationResults results) => string.Concat(results.Results.Where(result => result.Result is not null).Select(result =>
        $"{result.Method}={result.Result} [{result.Reason}]{string.Concat(result.Properties.Select(property => $" {property.PropertyType}.{property.Property}={property.Value}"))}\n"));
}
