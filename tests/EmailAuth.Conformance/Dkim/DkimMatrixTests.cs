using EmailAuth.Dkim;

namespace EmailAuth.Conformance.Dkim;

public class DkimMatrixTests
{
    [Test]
    public async Task Every_message_of_the_matrix_verifies_here()
    {
        var verifier = new DkimVerifier(DkimMatrix.Zone());
        var count = 0;
        foreach (var (name, message) in await DkimMatrix.SignedAsync())
        {
            var result = await DkimMatrix.VerifyAsync(verifier, message);
            Assert.That(result.Status, Is.EqualTo(DkimStatus.Pass), $"{name}: {result.ReasonText}");
            count++;
        }
        Assert.That(count, Is.GreaterThanOrEqualTo(500));
    }
}
