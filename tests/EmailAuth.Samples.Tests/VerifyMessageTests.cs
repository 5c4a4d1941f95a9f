namespace EmailAuth.Samples.Tests;

public sealed class VerifyMessageTests
{
    [Test]
    public async Task It_prints_the_field_to_prepend_and_no_rejection()
    {
        var (status, output, error) = await SampleProgram.RunAsync("VerifyMessage");
        Assert.That((status, error), Is.EqualTo((0, "")));
        Assert.That(output, Does.StartWith("Authentication-Results: mx.receiver.example;").And.Contain("dmarc=pass").And.Not.Contain("550"));
    }
}
