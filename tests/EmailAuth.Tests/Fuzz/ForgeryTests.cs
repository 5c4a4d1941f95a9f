using EmailAuth.Fuzz;
using EmailAuth.Fuzz.Forgery;

namespace EmailAuth.Tests.Fuzz;

/// <summary>The forgery oracle in the ordinary run: 200 messages of every canonicalization, algorithm and length of chain. <c>.ci/run</c> runs a million mutations.</summary>
public class ForgeryTests
{
    private static readonly Lazy<SignedMessage[]> Messages = new(() => SignedMessage.Make(200));

    [Test]
    public void Changed_octets_and_fields_of_signed_messages_forge_nothing()
    {
        var run = new ForgeryRun(Messages.Value, seed: 8617);
        run.Execute(0, 8_000);
        Assert.That(run.Changed, Is.GreaterThan(4_000));
        Assert.That(run.Same, Is.GreaterThan(400));
    }

    [Test]
    public void A_message_that_is_not_signed_is_none_to_begin_with() =>
        Assert.That(() => new ForgeryRun([Messages.Value[0] with { Text = "From: ann@example.com\r\n\r\nbody" }], seed: 1), Throws.ArgumentException);

    [Test]
    public void A_verdict_that_changes_though_the_signed_data_stays_is_found()
    {
        // It failed before anything was changed.
        var signed = Messages.Value[0];
        var broken = signed with { Text = signed.Text.Replace("Subject: ", "Subject: x", StringComparison.Ordinal) };
        Assert.That(() => new ForgeryRun([broken], seed: 1).Execute(0, 2_000), Throws.InstanceOf<BrokenPromiseException>());
    }
}
